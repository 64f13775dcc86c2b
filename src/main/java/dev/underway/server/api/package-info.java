/// The Kubernetes-style surface: what kubectl and its relatives speak.
@NullMarked
package dev.underway.server.api;

import org.jspecify.annotations.NullMarked;
