package io.authserver.admin.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"", "plain", "\"\\/", "a\nb\r\tc", "\u0000\u001f\u007f", "jürgen", "😀", "\ud800"})
  void stringsComeBackAsTheyWere(String text) {
    String json = Json.write(text);

    assertEquals(text, JsonReader.read(json));
    assertTrue(json.chars().allMatch(c -> c >= 0x20 && c < 0x7f), json);
  }

  @Test
  void rowsComeBackAsTheyWere() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", 9_000_000_000L);
    row.put("count", 3);
    row.put("yes", true);
    row.put("nothing", null);
    row.put("list", Arrays.asList("a", null));
    row.put("empty", List.of());

    String json = Json.write(List.of(row, Map.of()));

    assertEquals(List.of(expected(), Map.of()), JsonReader.rows(json));
  }

  private static Map<String, Object> expected() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", 9_000_000_000L);
    row.put("count", 3L);
    row.put("yes", true);
    row.put("nothing", null);
    row.put("list", Arrays.asList("a", null));
    row.put("empty", List.of());
    return row;
  }

  @Test
  void noRowsAreAnEmptyList() {
    assertEquals("[]", Json.write(List.of()));
  }

  @Test
  void otherKindsOfValuesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Json.write(1.5));
  }
}
