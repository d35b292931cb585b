package io.authserver.admin.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowsTest {
  private static String print(Rows rows, boolean details) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    if (details) {
      rows.printDetails(Format.table, out);
    } else {
      rows.print(Format.table, List.of("name", "is_active", "aliases"), out);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  private static Map<String, Object> row(String name, Boolean active, List<String> aliases) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", name);
    row.put("is_active", active);
    row.put("aliases", aliases);
    return row;
  }

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Rows rows =
        new Rows(List.of(row("jürgen", true, List.of("a@x", "b@x")), row("bo", false, List.of())));

    assertEquals(
        """
        NAME    IS ACTIVE  ALIASES
        jürgen  yes        a@x, b@x
        bo      no         -
        """,
        print(rows, false));
  }

  @Test
  void noRowsLeaveTheHeader() {
    assertEquals("NAME  IS ACTIVE  ALIASES\n", print(new Rows(List.of()), false));
  }

  @Test
  void aStoredTextCannotDriveTheTerminal() {
    Rows rows = new Rows(List.of(row("\u001b[2Jx\u202e", null, List.of())));

    assertEquals(
        """
        NAME              IS ACTIVE  ALIASES
        \\u001b[2Jx\\u202e  -          -
        """,
        print(rows, false));
  }

  @Test
  void detailsHaveALineAField() {
    Rows rows = new Rows(List.of(row("a", true, List.of()), row("b", false, List.of("b@x"))));

    assertEquals(
        """
        name:       a
        is_active:  yes
        aliases:    -

        name:       b
        is_active:  no
        aliases:    b@x
        """,
        print(rows, true));
  }
}
