/// Reads what is: units, files, artifacts; and wakes the agent when it changes.
@NullMarked
package dev.underway.agent.observe;

import org.jspecify.annotations.NullMarked;
