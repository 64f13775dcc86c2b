package dev.underway.cli;

import dev.underway.model.Codec;
import dev.underway.model.GitSource;
import dev.underway.model.Host;
import dev.underway.model.Revision;
import dev.underway.model.UnitSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// What the API answers, written as JSON with `'` for `"`.
final class Samples {
    static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private Samples() {}

    static <T> T read(String json, Class<T> type) {
        return Codec.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), type);
    }

    /// The UnitSet shop/web in its second generation, with more fields of its spec, and its status.
    static UnitSet web(String spec, String status) {
        return read(
                "{'metadata':{'name':'web','namespace':'shop','generation':2},'spec':{'selector':{}" + spec
                        + "},'status':{" + status + "}}",
                UnitSet.class);
    }

    /// Name of the revision that the content of [#web] makes.
    static String content() {
        return RolloutVerdict.contentRevision(web("", ""));
    }

    static Revision revision(long number, String name) {
        return read(
                "{'metadata':{'name':'" + name + "','namespace':'shop','creationTimestamp':'2026-11-25T1" + number
                        + ":00:00Z'},'spec':{'unitSet':'web','digest':'d','number':" + number + ",'content':{}}}",
                Revision.class);
    }

    static GitSource gitSource(String name, String status) {
        return read(
                "{'metadata':{'name':'" + name + "','namespace':'shop'},'spec':{},'status':{" + status + "}}",
                GitSource.class);
    }

    static Host host(String name, String spec, String ready, String reason) {
        return read(
                "{'metadata':{'name':'" + name + "','labels':{'role':'web'}},'spec':{" + spec
                        + "},'status':{'lastSeen':'2026-11-25T11:55:00Z','conditions':[{'type':'Ready','status':'"
                        + ready + "','reason':'" + reason + "','message':'no word for 5m'}]}}",
                Host.class);
    }

    static String conditions(String ready, String reconciling, String stalled, String reason) {
        return "'conditions':[" + condition("Ready", ready, reason) + ","
                + condition("Reconciling", reconciling, reason) + "," + condition("Stalled", stalled, reason) + "]";
    }

    private static String condition(String type, String status, String reason) {
        return "{'type':'" + type + "','status':'" + status + "','reason':'" + reason + "','message':'3 of 9 hosts run"
                + " web-2','lastTransitionTime':'2026-11-25T11:58:00Z'}";
    }

    static String rollout(String phase, String more) {
        return "'rollout':{'id':'r2','revision':'web-2','from':'web-1','phase':'" + phase
                + "','startedAt':'2026-11-25T11:57:30Z'" + more + "}";
    }

    static final String WAVES = ",'wave':'canary','waves':["
            + "{'name':'canary','hosts':2,'told':2,'verified':1,'skipped':0,'startedAt':'2026-11-25T11:57:30Z'},"
            + "{'name':'rest','hosts':7,'told':0,'verified':0,'skipped':1}]"
            + ",'budget':{'limit':2,'unavailable':1}";
}
