/// The host side: keeps one host in the state that its desired-state document says.
@NullMarked
package dev.underway.agent;

import org.jspecify.annotations.NullMarked;
