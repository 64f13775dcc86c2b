/// Tells the server what the agent found, planned and did.
@NullMarked
package dev.underway.agent.report;

import org.jspecify.annotations.NullMarked;
