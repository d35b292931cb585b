package io.authserver.smtp.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingTypesTest {
  enum Colour {
    RED,
    LIGHT_BLUE
  }

  private static final SettingType<Duration> DURATION =
      SettingTypes.duration(Duration.ofSeconds(1), Duration.ofDays(7));
  private static final SettingType<Long> SIZE = SettingTypes.byteSize(1, 1L << 40);

  @ParameterizedTest
  @CsvSource({
    "30s, 30000",
    "1000ms, 1000",
    "5m, 300000",
    "2h, 7200000",
    "7d, 604800000",
    "5 m, 300000"
  })
  void readsDurations(String text, long millis) throws Exception {
    assertEquals(Duration.ofMillis(millis), DURATION.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "30",
        "s",
        "-5s",
        "1.5h",
        "5M",
        "999ms",
        "8d",
        "999999999999999d",
        "9999999999999999s",
        "1 month",
        "５m"
      })
  void refusesDurations(String text) {
    var e = assertThrows(InvalidSettingException.class, () -> DURATION.parse(text));
    assertEquals(
        List.of("must be a duration from 1s to 7d with its unit (ms, s, m, h, d)"), e.problems());
  }

  @ParameterizedTest
  @CsvSource({"500, 500ms", "30000, 30s", "240000, 4m", "3600000, 1h", "86400000, 1d", "0, 0s"})
  void printsDurationsAsItReadsThem(long millis, String text) {
    assertEquals(text, SettingTypes.print(Duration.ofMillis(millis)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "4096, 4096",
    "10B, 10",
    "64KiB, 65536",
    "64MiB, 67108864",
    "64mib, 67108864",
    "1GiB, 1073741824",
    "1 GiB, 1073741824"
  })
  void readsSizes(String text, long bytes) throws Exception {
    assertEquals(bytes, SIZE.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "-1", "1MB", "1k", "MiB", "1025GiB", "999999999999999GiB", "0x10", "1e3"})
  void refusesSizes(String text) {
    assertThrows(InvalidSettingException.class, () -> SIZE.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:25, localhost, 25",
    "127.0.0.1:0, 127.0.0.1, 0",
    "[::1]:10036, ::1, 10036",
    "[fe80::1%eth0]:25, fe80::1%eth0, 25",
    "mx_1.example.org:65535, mx_1.example.org, 65535"
  })
  void readsHostAndPort(String text, String host, int port) throws Exception {
    HostPort read = HostPort.parse(text);
    assertEquals(new HostPort(host, port), read);
    assertEquals(text, read.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "localhost", ":25", "localhost:", "localhost:65536", "localhost:-1", "::1:25",
        "[::1]", "[::1]:", "[::g]:25", "[localhost]:25", "256.1.1.1:25", "1.2.3:25", "1.2.3.4.:25",
        "a b:25", "a..b:25", "-a:25", "[1:2:3]:25", "localhost:２５", "[]:25", "a\n:25"
      })
  void refusesHostAndPort(String text) {
    assertThrows(InvalidSettingException.class, () -> HostPort.parse(text));
  }

  @ParameterizedTest
  @CsvSource({"::1, ::1", "[::1], ::1", "0.0.0.0, 0.0.0.0", "mail.example, mail.example"})
  void readsHosts(String text, String host) throws Exception {
    assertEquals(host, SettingTypes.host().parse(text));
  }

  @Test
  void portsAndNumbersHaveRanges() throws Exception {
    assertEquals(65535, SettingTypes.port().parse("65535"));
    assertEquals(0, SettingTypes.listenPort().parse("0"));
    assertEquals(-3, SettingTypes.integer(-3, 3).parse("-3"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.port().parse("0"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.port().parse("65536"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.port().parse(" 25"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.port().parse("9999999999"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.integer(-3, 3).parse("4"));
  }

  @Test
  void readsWords() throws Exception {
    assertTrue(SettingTypes.bool().parse("Yes"));
    assertFalse(SettingTypes.bool().parse("off"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.bool().parse("2"));
    assertEquals(Colour.LIGHT_BLUE, SettingTypes.oneOf(Colour.class).parse("light-blue"));
    var e =
        assertThrows(
            InvalidSettingException.class, () -> SettingTypes.oneOf(Colour.class).parse("green"));
    assertEquals(List.of("must be one of red, light-blue"), e.problems());
    assertEquals(Path.of("/a/b"), SettingTypes.path().parse("/a/b"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.path().parse("a\0b"));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.text().parse(" "));
    assertThrows(InvalidSettingException.class, () -> SettingTypes.text().parse("a\rb"));
  }

  @Test
  void readsLists() throws Exception {
    assertEquals(List.of(1, 2, 3), SettingTypes.list(SettingTypes.port()).parse(" 1,2 ,\n3\n"));
    assertEquals(
        List.of(new Secret("a b"), new Secret("c")),
        SettingTypes.lines(SettingTypes.secret()).parse("a b\r\n\nc\n"));
    assertThrows(
        InvalidSettingException.class, () -> SettingTypes.list(SettingTypes.port()).parse(" , "));
  }

  @Test
  void namesEveryBadItemOfAList() {
    var e =
        assertThrows(
            InvalidSettingException.class,
            () -> SettingTypes.list(SettingTypes.port()).parse("x, 25, 0"));
    assertEquals(
        List.of("item 1 must be a port from 1 to 65535", "item 3 must be a port from 1 to 65535"),
        e.problems());
  }

  @Test
  void aConditionIsChecked() throws Exception {
    SettingType<Integer> even =
        SettingTypes.integer(0, 10).checked(n -> n % 2 == 0, "must be even");
    assertEquals(4, even.parse("4"));
    assertThrows(InvalidSettingException.class, () -> even.parse("3"));
  }

  @Test
  void aSecretNeverShowsItself() {
    assertEquals("***", new Secret("hunter2").toString());
    assertEquals("hunter2", new Secret("hunter2").reveal());
  }
}
