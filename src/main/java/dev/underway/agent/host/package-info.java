/// The host itself: facts, the owner's policy, identity, the agent's state directory, files written as root.
@NullMarked
package dev.underway.agent.host;

import org.jspecify.annotations.NullMarked;
