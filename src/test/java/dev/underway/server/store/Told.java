package dev.underway.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.underway.model.Kind;
import dev.underway.server.store.ResourceStore.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a watcher has been told, so that it can be compared.
record Told(Event.Type type, Resource resource) {
    /// Everything after a number, once the store has read its own log to the end.
    static List<Told> after(ResourceStore store, Kind kind, Selection selection, long number)
            throws StoreException, InterruptedException {
        caughtUp(store);
        var told = new ArrayList<Told>();
        for (var next = number; ; ) {
            var piece = store.events(kind, selection, next, 100);
            piece.events().forEach(event -> told.add(new Told(event.type(), event.resource())));
            if (!piece.more()) {
                return told;
            }
            next = piece.upTo();
        }
    }

    static void caughtUp(ResourceStore store) throws StoreException, InterruptedException {
        assertThat(store.awaitBeyond(store.current() - 1, Duration.ofSeconds(30)))
                .isTrue();
    }
}
