/// Gets the desired-state document, revisions and artifacts, checks them, and keeps the last known good.
@NullMarked
package dev.underway.agent.fetch;

import org.jspecify.annotations.NullMarked;
