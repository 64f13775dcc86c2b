/// The server: desired state in PostgreSQL, answers to kubectl, documents for agents.
@NullMarked
package dev.underway.server;

import org.jspecify.annotations.NullMarked;
