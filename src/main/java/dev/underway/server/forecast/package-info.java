/// What a change would do to the fleet, told before it is made: by the planner of the agents, from their reports.
@NullMarked
package dev.underway.server.forecast;

import org.jspecify.annotations.NullMarked;
