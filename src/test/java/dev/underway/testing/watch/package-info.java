/// Many writers and many watchers at once, and what must be true of what they saw.
@org.jspecify.annotations.NullMarked
package dev.underway.testing.watch;
