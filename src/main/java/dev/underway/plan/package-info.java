/// Decides what a host must do, and why. Pure: no clock, no input or output, no log.
@NullMarked
package dev.underway.plan;

import org.jspecify.annotations.NullMarked;
