package dev.underway.server.events;

import dev.underway.server.store.Transition;
import java.util.ArrayList;
import java.util.List;

/// What a commit tells people. Pure.
///
/// Everything is read off what changed, so that neither the controllers nor those who take agents' reports have to
/// think of it, and a write that says nothing new tells nothing.
final class Story {
    private Story() {}

    static List<Occurrence> of(List<Transition> changes) {
        var told = new ArrayList<Occurrence>();
        var assignments = new ArrayList<Transition>();
        for (var change : changes) {
            switch (change.after().key().kind().name()) {
                case "Assignment" -> {
                    told.addAll(AssignmentStory.of(change));
                    assignments.add(change);
                }
                case "Host" -> told.addAll(HostStory.of(change));
                case "UnitSet" -> {
                    told.addAll(RolloutStory.of(change));
                    UnitSetStory.progress(change).ifPresent(told::add);
                }
                case "GitSource" -> GitSourceStory.of(change).ifPresent(told::add);
                case "Revision" -> UnitSetStory.revision(change).ifPresent(told::add);
                default -> {}
            }
        }
        told.addAll(UnitSetStory.assigned(assignments));
        return told;
    }
}
