package dev.underway.server.rollout;

import dev.underway.model.UnitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is to be written for one UnitSet, in order, and what its status says then; null when there is no UnitSet.
/// Conditions carry no times.
record Plan(List<Decision> decisions, UnitSet.@Nullable Status status) {}
