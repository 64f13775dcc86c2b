package dev.underway.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                -                                                                                     | OBJECT
                */*                                                                                   | OBJECT
                application/json                                                                      | OBJECT
                application/vnd.kubernetes.protobuf,application/json                                  | OBJECT
                application/json;as=Table;v=v1;g=meta.k8s.io,application/json                         | TABLE
                application/json; as=Table; v=v1; g=meta.k8s.io                                       | TABLE
                application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json                    | OBJECT
                application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io                          | METADATA
                application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json     | METADATA
                """)
    void isTheFirstOneThatCanBeServed(String accept, Form form) {
        assertThat(Form.negotiate(accept)).isEqualTo(form);
    }

    @Test
    void refusesAClientThatWantsNothingThatCanBeServed() {
        assertThatThrownBy(() -> Form.negotiate("text/html"))
                .isInstanceOfSatisfying(Refusal.class, r -> assertThat(r.code()).isEqualTo(406));
    }
}
