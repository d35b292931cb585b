package io.authserver.admin.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.authserver.dkim.key.DkimPrivateKey;
import io.authserver.dkim.key.DkimPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordMatcherTest {
  private static final String OURS = "v=DKIM1; k=rsa; p=MIIB+/abc=";

  @ParameterizedTest
  @ValueSource(
      strings = {
        OURS,
        "p=MIIB+/abc=",
        "v=DKIM1;k=rsa;p=MIIB+/ abc\t=;",
        "v=DKIM1; h=sha1:sha256; s=email; t=y; n=a note; p=MIIB+/abc=",
        "v=DKIM1; s=*; p=MIIB+/abc="
      })
  void theSameKeyIsPublishedHoweverItIsWritten(String found) {
    assertInstanceOf(Publication.Published.class, RecordMatcher.compare(OURS, List.of(found)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v=DKIM1; k=rsa; p=OTHER            | holds another public key",
        "v=DKIM1                            | has no p=",
        "p=MIIB+/abc=; v=DKIM1              | has v= at another place than the first",
        "v=DKIM2; p=MIIB+/abc=              | is of another version",
        "v=DKIM1; k=ed25519; p=MIIB+/abc=   | is of another key type",
        "v=DKIM1; h=sha1; p=MIIB+/abc=      | does not allow sha256",
        "v=DKIM1; s=tlsrpt; p=MIIB+/abc=    | is not for mail",
        "v=DKIM1; p=MIIB+/abc=; p=MIIB+/abc=| is not a list of tags",
        "hello world                        | is not a list of tags",
      })
  void anythingElseIsDifferentAndSaysHow(String found, String why) {
    assertEquals(new Publication.Different(why), RecordMatcher.compare(OURS, List.of(found)));
  }

  @Test
  void anEmptyKeyRevokes() {
    assertEquals(
        new Publication.Revoked(), RecordMatcher.compare(OURS, List.of("v=DKIM1; k=rsa; p=")));
  }

  @Test
  void aBareRsaKeyIsTheKeyOfItsLongForm() {
    DkimPublicKey key = DkimPrivateKey.generateRsa(2048).publicKey();
    byte[] info = key.subjectPublicKeyInfo();
    // The last 270 octets of a SubjectPublicKeyInfo of 2048 bits are its RSAPublicKey.
    byte[] bare = Arrays.copyOfRange(info, info.length - 270, info.length);
    String found = "v=DKIM1; p=" + Base64.getMimeEncoder().encodeToString(bare);

    assertEquals(
        new Publication.Published(), RecordMatcher.compare(key.dnsRecord(), List.of(found)));
  }

  @Test
  void testingIsSeen() {
    assertTrue(RecordMatcher.isTesting(List.of("v=DKIM1; t=s : y; p=AA")));
    assertFalse(RecordMatcher.isTesting(List.of("v=DKIM1; t=s; p=AA")));
    assertFalse(RecordMatcher.isTesting(List.of("v=DKIM1; p=AA")));
  }

  @Test
  void noRecordIsMissingAndSeveralAreNoAnswer() {
    assertEquals(new Publication.Missing(), RecordMatcher.compare(OURS, List.of()));
    assertInstanceOf(Publication.Different.class, RecordMatcher.compare(OURS, List.of(OURS, OURS)));
  }
}
