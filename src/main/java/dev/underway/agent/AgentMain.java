package dev.underway.agent;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/// The agent's program; [AgentService] is what it runs.
@QuarkusMain(name = "agent")
public final class AgentMain {
    private AgentMain() {}

    public static void main(String[] args) {
        Quarkus.run(args);
    }
}
