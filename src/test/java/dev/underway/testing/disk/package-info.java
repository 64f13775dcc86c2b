/// The disk as a test sees it: every change that a program makes is told before it happens, and what of it a loss of
/// power leaves.
package dev.underway.testing.disk;
