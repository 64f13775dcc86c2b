package dev.underway.server;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

@QuarkusMain(name = "server")
public final class ServerMain {
    private ServerMain() {}

    public static void main(String[] args) {
        Quarkus.run(args);
    }
}
