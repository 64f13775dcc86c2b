/// Tells people what happened: Events of what controllers decide and agents report, read off the commits.
@NullMarked
package dev.underway.server.events;

import org.jspecify.annotations.NullMarked;
