/// End to end: the packaged server, the packaged agent on booted systemd hosts, and the real kubectl. `deploy/verify`
/// runs these; they need root and systemd-nspawn.
package dev.underway.e2e;
