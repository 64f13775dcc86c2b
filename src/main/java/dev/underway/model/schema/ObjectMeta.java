package dev.underway.model.schema;

import dev.underway.model.schema.Shape.Field;
import dev.underway.model.schema.Shape.Merge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The shape of `metadata`, which is the same for every kind: Kubernetes' `ObjectMeta`, with its words.
final class ObjectMeta {
    static final Shape.Fields SHAPE = shape();

    private ObjectMeta() {}

    private static Shape.Fields shape() {
        var byKey = new Shape.TextByKey(null);
        var fields = new LinkedHashMap<String, Field>();
        fields.put("name", text("Unique within its namespace and kind; cannot be changed."));
        fields.put("generateName", text("A prefix from which the server makes a name when name is absent."));
        fields.put("namespace", text("The namespace of the object; cannot be changed."));
        fields.put("uid", text("Unique over time and space; set by the server."));
        fields.put("resourceVersion", text("Changes with every write; a write that names an old one is refused."));
        fields.put("generation", optional("Counts the changes of the spec.", new Shape.Whole(0, Long.MAX_VALUE)));
        fields.put("creationTimestamp", optional("When the server created the object.", new Shape.Stamp()));
        fields.put("deletionTimestamp", optional("When deletion was asked for.", new Shape.Stamp()));
        fields.put(
                "deletionGracePeriodSeconds",
                optional("Seconds that deletion may take.", new Shape.Whole(0, Long.MAX_VALUE)));
        fields.put("labels", optional("What selectors pick by.", byKey));
        fields.put("annotations", optional("Notes of tools and people.", byKey));
        fields.put(
                "finalizers", optional("Who must act before the object goes.", many(Shape.Text.ANY, new Merge.Set())));
        fields.put(
                "ownerReferences",
                optional("The objects that this one belongs to.", many(owner(), new Merge.ByKeys(List.of("uid")))));
        fields.put(
                "managedFields",
                optional(
                        "Who set which field, for server-side apply.", many(new Shape.Anything(), new Merge.Atomic())));
        fields.put("selfLink", text("Not used any more."));
        return new Shape.Fields(fields, Shape.Owners.EACH_FIELD);
    }

    private static Shape owner() {
        return new Shape.Fields(
                Map.of(
                        "apiVersion", required("API version of the owner."),
                        "kind", required("Kind of the owner."),
                        "name", required("Name of the owner."),
                        "uid", required("Uid of the owner."),
                        "controller", optional("Whether the owner controls the object.", new Shape.Bool()),
                        "blockOwnerDeletion",
                                optional("Whether the owner waits for the object to go.", new Shape.Bool())),
                Shape.Owners.ONE);
    }

    private static Shape many(Shape element, Merge merge) {
        return new Shape.Many(element, null, merge);
    }

    private static Field text(String description) {
        return optional(description, Shape.Text.ANY);
    }

    private static Field optional(String description, Shape shape) {
        return new Field(description, false, shape);
    }

    private static Field required(String description) {
        return new Field(description, true, Shape.Text.ANY);
    }
}
