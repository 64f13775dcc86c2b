package dev.underway.plan;

import dev.underway.model.Revision;
import dev.underway.model.unitfile.UnitFile;
import dev.underway.model.unitfile.UnitFileException;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

/// What to tell the author of a set about sockets that start a process for every connection: `Accept=yes`,
/// systemd.socket(5). Such a service needs no swap: a connection goes on with the process that it has, and the next one
/// gets what the template says by then.
final class PerConnectionAdvice {
    private PerConnectionAdvice() {}

    static Stream<String> of(Revision.Content content, Collection<ManagedUnit> units) {
        return units.stream()
                .flatMap(socket -> PerConnection.template(socket.shape()).stream()
                        .flatMap(template -> Stream.of(most(socket), burst(socket), collection(content, template)))
                        .flatMap(Optional::stream));
    }

    private static Optional<String> most(ManagedUnit socket) {
        return unset(
                socket,
                "MaxConnections",
                "from the 65th connection at a time on each is closed at once; those that go on with an old process count"
                        + " too");
    }

    private static Optional<String> burst(ManagedUnit socket) {
        return unset(
                socket,
                "TriggerLimitBurst",
                "more than 200 new connections within two seconds close the socket until somebody starts it again");
    }

    private static Optional<String> unset(ManagedUnit socket, String key, String consequence) {
        return socket.shape().file().values("Socket", key).isEmpty()
                ? Optional.of(socket.name() + ": " + key + "= is not set, so " + consequence)
                : Optional.empty();
    }

    private static Optional<String> collection(Revision.Content content, String template) {
        return content.unitsOrEmpty().stream()
                .filter(unit -> unit.name().equals(template))
                .filter(unit -> !effective(content, unit)
                        .last("Unit", "CollectMode", "inactive")
                        .equals("inactive-or-failed"))
                .map(unit -> template + ": every connection that ends in a failure leaves a failed unit behind; let"
                        + " CollectMode= be inactive-or-failed")
                .findFirst();
    }

    private static UnitFile effective(Revision.Content content, Revision.UnitText unit) {
        try {
            return EffectiveText.of(DesiredPaths.texts(content, unit));
        } catch (UnitFileException _) {
            return EffectiveText.lenient("");
        }
    }
}
