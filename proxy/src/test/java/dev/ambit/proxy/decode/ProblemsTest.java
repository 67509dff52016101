package dev.ambit.proxy.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.respond.GrpcStatus;
import dev.ambit.proxy.respond.Reply;
import org.junit.jupiter.api.Test;

/// The fields of answers of our own.
class ProblemsTest {
  @Test
  void writesInAMessageOfGrpcNothingButVisibleAscii() {
    var status = new GrpcStatus(7, "50% of \u00e9\r\n", "path_not_granted", "01");
    assertThat(Problems.grpc(new Reply(403, "Path not granted", "{}", 0, status)))
        .filteredOn(field -> "grpc-message".contentEquals(field.name()))
        .extracting(field -> field.value().toString())
        .containsExactly("50%25 of %C3%A9%0D%0A");
  }
}
