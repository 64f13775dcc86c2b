/// Who owns which field: sets of fields, merging by structure, and what an apply or an update makes of owners. Pure;
/// the same in every answer as Kubernetes' structured-merge-diff, whose recorded answers test it.
@NullMarked
package dev.underway.model.fields;

import org.jspecify.annotations.NullMarked;
