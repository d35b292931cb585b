package io.authserver.mailforwarder.fanout;

import io.authserver.smtp.address.AsciiCase;
import io.authserver.smtp.message.HeaderField;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a Received field says whose words stand where RFC 5321 §4.4 has them: {@code [from X
 * [(TCP-info)]] by Y [via V] with P …}.
 *
 * <p>The client chose some of the words, in its greeting and in the name of its address. An edge
 * that lets white space or parentheses through could be made to write what looks like another
 * field; so each word of the grammar counts once or not at all, and in doubt nothing is said.
 *
 * @param by the server that wrote it
 * @param protocol the word after {@code with}; empty without SMTP
 * @param client the client's address as the server saw it, in brackets; empty unless it is beyond
 *     doubt
 * @param login who has logged in, where OpenSMTPD's {@code received-auth} says it
 */
record ReceivedField(String by, String protocol, Optional<String> client, Optional<String> login) {
  /** What our edge writes is shorter, whatever the client's name and the addresses are. */
  static final int MOST_BYTES = 4096;

  /** What OpenSMTPD writes instead of an address where mail came by its local socket. */
  private static final String LOCAL = "[local]";

  // Of words separated by one space; a comment is "()", which no word is.
  private static final Pattern GRAMMAR =
      pattern("(?:from WORD )?by (WORD) (?:via WORD )?with (WORD)(?: .*)?");
  private static final Pattern CLIENT = pattern("from WORD \\(\\) by .*");
  private static final Pattern LOGIN =
      pattern(".* with WORD id WORD(?: \\(\\))* auth=yes user=(WORD)(?: for WORD)?");

  /** What Postfix writes for its sendmail: nobody has spoken SMTP. */
  private static final Pattern POSTFIX = pattern("by (WORD) \\(\\) id WORD(?: for WORD)?");

  private static final Pattern POSTFIX_USER = Pattern.compile("Postfix, from userid [0-9]+");
  private static final Pattern TCP_INFO =
      Pattern.compile("(?!(?i:HELO|EHLO)\\s)(?:[^\\s()\\\\]*\\s+)?(\\[[^\\s()\\\\]*\\])");
  private static final Pattern IPV4_LOOPBACK =
      Pattern.compile("\\[127(?:\\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}\\]");
  private static final Pattern IPV6 =
      Pattern.compile("\\[(?i:IPv6:)?([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\\]");

  /** A word, or what stands in a comment. */
  private record Token(String text, boolean isComment) {}

  private static Pattern pattern(String words) {
    return Pattern.compile("(?is)" + words.replace("WORD", "[^ (]+"));
  }

  /** Reads a field; returns nothing where there is any doubt about its words. */
  static Optional<ReceivedField> of(HeaderField field) {
    if (field.length() > MOST_BYTES) {
      return Optional.empty();
    }
    List<Token> tokens = tokens(new String(field.value(), StandardCharsets.UTF_8));
    String all =
        tokens.stream()
            .map(token -> token.isComment() ? "()" : token.text())
            .collect(Collectors.joining(" "));
    List<String> comments = tokens.stream().filter(Token::isComment).map(Token::text).toList();
    Matcher postfix = POSTFIX.matcher(all);
    if (postfix.matches() && POSTFIX_USER.matcher(comments.getFirst()).matches()) {
      return Optional.of(
          new ReceivedField(postfix.group(1), "", Optional.of(LOCAL), Optional.empty()));
    }
    Matcher words =
        GRAMMAR.matcher(
            tokens.stream()
                .filter(token -> !token.isComment())
                .map(Token::text)
                .collect(Collectors.joining(" ")));
    if (count(tokens, "by") != 1 || count(tokens, "with") != 1 || !words.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new ReceivedField(
            words.group(1), words.group(2), client(all, comments), first(LOGIN.matcher(all))));
  }

  /** Returns whether a program of the server's host handed the message over without a network. */
  boolean isEnqueued() {
    return client.filter(LOCAL::equals).isPresent();
  }

  /** Returns whether the client was on the server's own host. */
  boolean isOfThisHost() {
    return isEnqueued() || client.filter(ReceivedField::isLoopback).isPresent();
  }

  private static boolean isLoopback(String literal) {
    Matcher ipv6 = IPV6.matcher(literal);
    try {
      // An argument with a colon is never looked up: it is a literal or an error.
      return ipv6.matches()
          ? InetAddress.getByName(ipv6.group(1)).isLoopbackAddress()
          : IPV4_LOOPBACK.matcher(literal).matches();
    } catch (UnknownHostException _) {
      return false;
    }
  }

  /**
   * Returns the address in {@code from X (NAME [ADDRESS]) by}. The server writes it last, so that
   * no NAME can stand for it; a comment that begins with HELO has the client's words in it.
   */
  private static Optional<String> client(String all, List<String> comments) {
    return CLIENT.matcher(all).matches()
        ? first(TCP_INFO.matcher(comments.getFirst()))
        : Optional.empty();
  }

  private static Optional<String> first(Matcher matcher) {
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static long count(List<Token> tokens, String word) {
    return tokens.stream()
        .filter(token -> !token.isComment() && AsciiCase.equal(token.text(), word))
        .count();
  }

  /**
   * Returns words and comments before the date; none of a field whose comments do not close or that
   * has more than one place where the date could begin.
   */
  private static List<Token> tokens(String value) {
    List<Token> tokens = new ArrayList<>();
    int start = -1;
    int depth = 0;
    int dates = 0;
    for (int i = 0; i <= value.length(); i++) {
      char c = i < value.length() ? value.charAt(i) : ' ';
      if (depth > 0) {
        // RFC 5322 §3.2.2: comments nest, and quoted pairs hide what is special.
        i += c == '\\' ? 1 : 0;
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (depth == 0) {
          add(tokens, value.substring(start, i), true, dates);
          start = -1;
        }
        continue;
      }
      boolean ends = c <= ' ' || c == '(' || c == ')' || c == ';';
      if (ends && start >= 0) {
        add(tokens, value.substring(start, i), false, dates);
      }
      start = ends ? -1 : start < 0 ? i : start;
      if (c == ')') {
        return List.of();
      } else if (c == '(') {
        depth = 1;
        start = i + 1;
      } else if (c == ';') {
        dates++;
      }
    }
    return depth == 0 && dates <= 1 ? tokens : List.of();
  }

  private static void add(List<Token> tokens, String text, boolean isComment, int dates) {
    if (dates == 0) {
      tokens.add(new Token(text, isComment));
    }
  }
}
