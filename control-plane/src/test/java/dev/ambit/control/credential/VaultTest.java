package dev.ambit.control.credential;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is sealed opens with the same key and binding, and with nothing else.
class VaultTest {
  private static final Vault.Binding MINE = new Vault.Binding("S1", "C1", "idp");

  @TempDir Path folder;

  @Test
  void opensWhatItSealedAlsoAfterARestart() throws Vault.Unopenable {
    var sealed = vault().seal(material("token"), MINE);
    try (var opened = vault().open(sealed, MINE)) {
      assertThat(new String(opened.bytes(), US_ASCII)).isEqualTo("token");
    }
  }

  @Test
  void sealsTheSameTwiceDifferentlyAndShowsNothing() {
    var vault = vault();
    var one = vault.seal(material("token-token-token"), MINE);
    assertThat(one).isNotEqualTo(vault.seal(material("token-token-token"), MINE));
    assertThat(one.toString(US_ASCII)).doesNotContain("token");
  }

  @Test
  void opensNothingUnderAnotherSessionCredentialOrProvider() {
    var sealed = vault().seal(material("token"), MINE);
    for (var other :
        new Vault.Binding[] {
          new Vault.Binding("S2", "C1", "idp"),
          new Vault.Binding("S1", "C2", "idp"),
          new Vault.Binding("S1", "C1", "other")
        }) {
      unopenable(sealed, other);
    }
  }

  @Test
  void opensNothingThatChangedByOneBit() {
    var sealed = vault().seal(material("token"), MINE).toByteArray();
    for (var at = 0; at < sealed.length; at++) {
      var changed = sealed.clone();
      changed[at] ^= 1;
      unopenable(ByteString.copyFrom(changed), MINE);
    }
    unopenable(ByteString.EMPTY, MINE);
  }

  @Test
  void opensNothingWithAnotherKey(@TempDir Path elsewhere) {
    var sealed = Vault.open(elsewhere, new SecureRandom()).seal(material("token"), MINE);
    unopenable(sealed, MINE);
  }

  @Test
  void keepsItsKeyReadableByItsOwnerAloneAndRefusesOneThatIsNot() throws IOException {
    var _ = vault();
    var file = folder.resolve("vault.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(this::vault)
        .hasRootCauseMessage("key: " + file + " is open to others (expected: mode 0600)");
  }

  @Test
  void wipesMaterialThatIsClosed() {
    var material = material("token");
    material.close();
    assertThat(material.bytes()).containsOnly(0);
  }

  private void unopenable(ByteString sealed, Vault.Binding binding) {
    assertThatThrownBy(() -> vault().open(sealed, binding)).isInstanceOf(Vault.Unopenable.class);
  }

  private Vault vault() {
    return Vault.open(folder, new SecureRandom());
  }

  private static Material material(String text) {
    return new Material(text.getBytes(US_ASCII));
  }
}
