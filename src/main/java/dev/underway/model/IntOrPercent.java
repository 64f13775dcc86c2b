package dev.underway.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// A count, or a share of all such as `10%`; Kubernetes' IntOrString. Written as a JSON number or string.
public record IntOrPercent(int value, boolean percent) {

    /// Throws IllegalArgumentException for anything but a number ≥ 0 or `0%` to `100%`.
    @JsonCreator
    public static IntOrPercent of(Object json) {
        if (json instanceof Integer number && number >= 0) {
            return new IntOrPercent(number, false);
        }
        if (json instanceof String text && text.matches("\\d{1,3}%")) {
            int share = Integer.parseInt(text.substring(0, text.length() - 1));
            if (share <= 100) {
                return new IntOrPercent(share, true);
            }
        }
        throw new IllegalArgumentException("must be a number such as 2 or a percentage such as \"10%\"");
    }

    @JsonValue
    public Object json() {
        return percent ? value + "%" : value;
    }
}
