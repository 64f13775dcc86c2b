/// Watches after a step whether the units really are healthy.
@NullMarked
package dev.underway.agent.verify;

import org.jspecify.annotations.NullMarked;
