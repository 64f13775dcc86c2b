/// Controllers that turn UnitSets into Revisions and Assignments.
@NullMarked
package dev.underway.server.rollout;

import org.jspecify.annotations.NullMarked;
