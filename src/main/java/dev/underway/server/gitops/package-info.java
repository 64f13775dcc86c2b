/// Desired state from Git: repositories that people push to, repositories that are pulled, and what their manifests
/// come to.
@NullMarked
package dev.underway.server.gitops;

import org.jspecify.annotations.NullMarked;
