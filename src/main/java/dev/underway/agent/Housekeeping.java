package dev.underway.agent;

import dev.underway.agent.fetch.Artifacts;
import dev.underway.agent.fetch.Document;
import dev.underway.agent.fetch.Revisions;
import dev.underway.plan.Desired;
import dev.underway.plan.Inventory;
import dev.underway.plan.PathState.Symlink;
import java.io.IOException;
import java.util.HashSet;
import org.jboss.logging.Logger;

/// Throws away artifacts and revisions that nothing refers to any more. Called when everything is as desired, because
/// until then the old ones may still be in use; does something once for each document.
final class Housekeeping {
    private static final Logger LOG = Logger.getLogger(Housekeeping.class);

    private final Artifacts artifacts;
    private final Revisions revisions;
    private long tidied = -1;

    Housekeeping(Artifacts artifacts, Revisions revisions) {
        this.artifacts = artifacts;
        this.revisions = revisions;
    }

    void tidy(Document document, Desired desired, Inventory inventory) {
        if (tidied == document.state().serial()) {
            return;
        }
        var contents = new HashSet<String>();
        var downloads = new HashSet<String>();
        var inPlace = new HashSet<String>();
        document.state().assignments().forEach(entry -> contents.add(entry.digest()));
        desired.sets().forEach(set -> set.content().artifactsOrEmpty().forEach(each -> downloads.add(each.sha256())));
        inventory.owned().values().forEach(owned -> inPlace.addAll(owned.paths().values()));
        try {
            artifacts.list().stream()
                    .filter(sha256 -> inPlace.contains(link(sha256)))
                    .forEach(downloads::add);
            artifacts.keepOnly(downloads);
            revisions.keepOnly(contents);
            tidied = document.state().serial();
        } catch (IOException e) {
            LOG.warnv("old artifacts or revisions could not be removed: {0}", e.getMessage());
        }
    }

    private String link(String sha256) {
        return new Symlink(artifacts.content(sha256).toString()).fingerprint();
    }
}
