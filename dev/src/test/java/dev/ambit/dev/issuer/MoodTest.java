package dev.ambit.dev.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whoever started the issuer changes its mood through a file.
class MoodTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void isWhatWasWrittenLast(Mood mood) throws IOException {
    var file = folder.resolve("mood");
    var asked = Mood.in(file);
    assertThat(asked.get()).isEqualTo(Mood.HONEST);
    Mood.BUSY.write(file);
    mood.write(file);
    assertThat(asked.get()).isEqualTo(mood);
  }

  @Test
  void isHonestWhileNobodyHasSaidAnything() {
    assertThat(Mood.in(folder.resolve("mood")).get()).isEqualTo(Mood.HONEST);
  }
}
