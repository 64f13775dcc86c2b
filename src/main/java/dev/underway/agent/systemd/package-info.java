/// The only code that speaks D-Bus; [Systemd] is its door.
@NullMarked
package dev.underway.agent.systemd;

import org.jspecify.annotations.NullMarked;
