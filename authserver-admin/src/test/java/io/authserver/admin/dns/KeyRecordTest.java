package io.authserver.admin.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRecordTest {
  @Test
  void aZoneLineHasOwnerTtlAndQuotedText() {
    KeyRecord record = KeyRecord.of("s1", "example.org", "v=DKIM1; k=ed25519; p=AAAA");

    assertEquals(
        "s1._domainkey.example.org. 3600 IN TXT \"v=DKIM1; k=ed25519; p=AAAA\"", record.zoneLine());
    assertEquals(List.of("name", "ttl", "type", "value"), List.copyOf(record.fields().keySet()));
    assertEquals("v=DKIM1; k=ed25519; p=AAAA", record.fields().get("value"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 254, 255, 256, 510, 511, 800})
  void stringsHaveAtMost255OctetsAndJoinToTheValue(int length) {
    String value = "x".repeat(length);

    Matcher strings =
        Pattern.compile("\"([^\"]*)\"").matcher(KeyRecord.of("s", "d", value).zoneLine());

    StringBuilder joined = new StringBuilder();
    while (strings.find()) {
      assertTrue(strings.group(1).length() <= 255);
      joined.append(strings.group(1));
    }
    assertEquals(value, joined.toString());
  }

  @Test
  void quotesAndBackslashesAreEscaped() {
    assertEquals(
        "s._domainkey.d. 3600 IN TXT \"a\\\"b\\\\c\"",
        KeyRecord.of("s", "d", "a\"b\\c").zoneLine());
  }
}
