package io.authserver.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.authserver.db.mailauth.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/migration.md has a line for each reason that an import gives, with what it does. */
class MigrationDocTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "migration.md");
  private static final Pattern ROW =
      Pattern.compile("^\\| ((?:`[a-z-]+`(?:, )?)+) \\| ([a-z-]+) \\|", Pattern.MULTILINE);

  @Test
  void everyReasonIsExplained() throws IOException {
    String text = Files.readString(DOCUMENT);
    Set<String> documented = new TreeSet<>();
    for (MatchResult row : ROW.matcher(text).results().toList()) {
      for (String id : row.group(1).split(", ", -1)) {
        documented.add(id.replace("`", "") + " " + row.group(2));
      }
    }
    assertEquals(
        Arrays.stream(Reason.values())
            .map(reason -> reason.id() + " " + reason.action().id())
            .collect(Collectors.toCollection(TreeSet::new)),
        documented);
  }
}
