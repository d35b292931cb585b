package io.authserver.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @Test
  void readsObjectsListsAndWords() {
    assertEquals(
        List.of(
            Map.of("name", "a.example", "ttl", 3600.0, "on", true, "list", List.of()),
            Arrays.asList((Object) null)),
        Json.parse(
            " [ {\"name\":\"a.example\", \"ttl\" : 3600,\n\"on\":true,\"list\":[]} , [null] ] "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "a\"b\\c", "\u0000\r\n\t\u007f", "\u00e9\u4e2d"})
  void readsWhatItQuotes(String value) {
    assertEquals(value, Json.parse(Json.quote(value)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "[1,]", "{\"a\"}", "\"x", "\"\\q\"", "\"\\u00", "[] []", "nul"})
  void refusesWhatIsNotJson(String text) {
    assertThrows(IllegalArgumentException.class, () -> Json.parse(text));
  }
}
