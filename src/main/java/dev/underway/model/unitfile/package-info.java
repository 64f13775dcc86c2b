/// Unit files as systemd reads them (systemd.syntax(7), systemd.unit(5)): sections, repeated keys, continuation lines,
/// resets, drop-ins.
@NullMarked
package dev.underway.model.unitfile;

import org.jspecify.annotations.NullMarked;
