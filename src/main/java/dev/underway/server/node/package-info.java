/// What agents call: enrolment, desired state, revisions, reports.
@NullMarked
package dev.underway.server.node;

import org.jspecify.annotations.NullMarked;
