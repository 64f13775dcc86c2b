/// Carries out the steps of a plan, in order, without deciding anything.
@NullMarked
package dev.underway.agent.execute;

import org.jspecify.annotations.NullMarked;
