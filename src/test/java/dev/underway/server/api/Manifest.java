package dev.underway.server.api;

/// Manifests as people write them.
final class Manifest {
    private Manifest() {}

    static String unitSet(String name) {
        return """
                apiVersion: underway.dev/v1alpha1
                kind: UnitSet
                metadata:
                  name: %s
                  labels: {app: %s}
                spec:
                  selector: {matchLabels: {role: web}}
                  units:
                  - name: web.service
                    content: |
                      [Service]
                      Type=exec
                      ExecStart=/bin/sleep infinity
                      Restart=on-failure
                """.formatted(name, name);
    }
}
