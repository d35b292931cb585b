package io.authserver.db.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseUrlTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          postgres://u:p@db.example/auth              | jdbc:postgresql://db.example:5432/auth
          postgresql://u:p@db.example:6432/auth       | jdbc:postgresql://db.example:6432/auth
          postgresql://u:p@a,b:5433,[::1]:5434/auth   | jdbc:postgresql://a:5432,b:5433,[::1]:5434/auth
          postgresql://u:p@[2001:db8::1]/auth         | jdbc:postgresql://[2001:db8::1]:5432/auth
          postgresql://u:p@a/a%20b%2Fc                | jdbc:postgresql://a:5432/a+b%2Fc
          postgresql://u:p@a                          | jdbc:postgresql://a:5432/u
          postgresql://u:p@/auth                      | jdbc:postgresql://localhost:5432/auth
          postgresql://a/auth?user=u&password=p       | jdbc:postgresql://a:5432/auth
          jdbc:postgresql://a:1,b:2/auth?user=u&password=p | jdbc:postgresql://a:1,b:2/auth
          jdbc:postgresql:auth?user=u&password=p      | jdbc:postgresql://localhost:5432/auth
          """)
  void readsWhatLibpqAndPgjdbcRead(String url, String jdbc) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);
    Properties properties =
        parsed.properties("test", DatabaseUrl.Server.PRIMARY, Duration.ofSeconds(9));

    assertEquals(jdbc, parsed.jdbcUrl());
    assertEquals("u", parsed.user());
    assertEquals("p", properties.getProperty("password"));
    assertEquals("9", properties.getProperty("socketTimeout"));
    assertEquals(jdbc.contains(",") ? "primary" : null, properties.getProperty("targetServerType"));
  }

  @Test
  void decodesPercentAndKeepsPlus() {
    DatabaseUrl url =
        DatabaseUrl.parse("postgresql://a%40b:p+%3A%2F%40%25@h/n?sslmode=verify-full");
    Properties properties =
        url.properties("test", DatabaseUrl.Server.PREFER_PRIMARY, Duration.ofSeconds(1));

    assertEquals("a@b", url.user());
    assertEquals("p+:/@%", properties.getProperty("password"));
    assertEquals("verify-full", properties.getProperty("sslmode"));
    assertFalse(url.toString().contains("p+"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mysql://u:SECRET@h/n                        | has to begin with
          SECRET                                      | has to begin with
          jdbc:mysql://u:SECRET@h/n                   | only jdbc:postgresql:
          jdbc:postgresql://h:SECRET/n                | host 1 is not HOST
          jdbc:postgresql://u:SECRET@h/n              | host 1 is not HOST
          postgresql://u:SECRET@h:0/n                 | port of host 1
          postgresql://u:SECRET@h:99999/n             | port of host 1
          postgresql://u:SEC/RET@h/n                  | host 1 is not HOST
          postgresql://u:SECRET@h,,i/n                | host 2 is not HOST
          postgresql://u:SECRET%zz@h/n                | password has a %
          postgresql://u:SECRET@h/n?sslmod=require    | parameter 'sslmod' is not known
          postgresql://u:SECRET@h/n?sslmode=SECRET    | sslmode is not one of
          postgresql://u:SECRET@h/n?connect_timeout=x | connect_timeout is not a number
          postgresql://u:SECRET@h/n?SECRET            | not NAME=VALUE
          postgresql://h                              | neither a database nor a user
          postgresql://u:SECRET#@h/n                  | has a #
          postgresql://u:SECRET@%2Fvar%2Frun/n        | Unix sockets
          """)
  void refusesInOneLineAndShowsNoSecret(String url, String why) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> DatabaseUrl.parse(url)).getMessage();

    assertTrue(message.startsWith("malformed database URL: "), message);
    assertTrue(message.contains(why), message);
    assertFalse(message.contains("SECRET") || message.contains("RET@"), message);
    assertFalse(message.contains("\n"), message);
  }
}
