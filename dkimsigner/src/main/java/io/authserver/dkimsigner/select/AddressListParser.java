package io.authserver.dkimsigner.select;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the mailboxes' domains out of an address list (RFC 5322 §3.4 and the obsolete forms of
 * §4.4; groups as RFC 6854 allows them in From; UTF-8 as RFC 6532 does).
 *
 * <p>Comments, folds, display names, encoded words and routes are passed over. A display name may
 * hold an unquoted {@code .} or {@code @}, which real mail does, provided that an address in angle
 * brackets follows. The work is linear in the length of the field.
 */
final class AddressListParser {
  private enum Kind {
    /** An atom, or the text of a quoted string or of a domain literal with its brackets. */
    WORD,
    /** One of {@code , ; : < > @ .}. */
    SPECIAL,
    END
  }

  private record Token(Kind kind, String text) {
    boolean is(char special) {
      return kind == Kind.SPECIAL && text.charAt(0) == special;
    }
  }

  /** The field is not an address list. */
  static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
      super(message, null, false, false);
    }
  }

  private final String text;
  private int at;
  private Token token;

  private AddressListParser(String text) throws SyntaxException {
    this.text = text;
    this.token = next();
  }

  /**
   * Returns the domains of the mailboxes of an address list, those inside groups included, in their
   * order, as they are written.
   *
   * @param value a field's bytes after the colon, folds included
   * @throws SyntaxException when the bytes are not an address list
   */
  static List<String> parse(byte[] value) throws SyntaxException {
    return new AddressListParser(decode(value)).addressList();
  }

  private static String decode(byte[] value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      // Raw Latin-1 in a display name is common; in an address it is caught by the domain's
      // folding.
      return new String(value, StandardCharsets.ISO_8859_1);
    }
  }

  private List<String> addressList() throws SyntaxException {
    List<String> domains = new ArrayList<>();
    boolean inGroup = false;
    while (token.kind != Kind.END) {
      if (token.is(',')) { // RFC 5322 §4.4: elements of a list may be empty
        advance();
      } else if (inGroup && token.is(';')) {
        inGroup = false;
        advance();
      } else {
        String domain = domainOrGroupName(inGroup);
        if (domain == null) {
          inGroup = true;
        } else {
          domains.add(domain);
          if (!token.is(',') && !(inGroup && token.is(';')) && token.kind != Kind.END) {
            throw new SyntaxException("unexpected text after an address");
          }
        }
      }
    }
    if (inGroup) {
      throw new SyntaxException("a group without its end");
    }
    return domains;
  }

  /** Reads a mailbox's domain, or a group's name with its colon, for which it returns null. */
  private @Nullable String domainOrGroupName(boolean inGroup) throws SyntaxException {
    List<Token> words = new ArrayList<>();
    while (token.kind == Kind.WORD || token.is('.') || token.is('@')) {
      words.add(token);
      advance();
    }
    if (token.is('<')) {
      advance();
      return angleAddress();
    }
    if (token.is(':') && !inGroup && words.stream().noneMatch(word -> word.is('@'))) {
      advance();
      return null;
    }
    return addrSpec(words);
  }

  private String angleAddress() throws SyntaxException {
    List<Token> words = new ArrayList<>();
    while (!token.is('>')) {
      if (token.kind == Kind.END || token.is('<') || token.is(';')) {
        throw new SyntaxException("an angle bracket without its end");
      }
      words.add(token);
      if (token.is(':')) { // RFC 5322 §4.4 obs-route: "@a,@b:" before the address
        if (!words.getFirst().is('@')) {
          throw new SyntaxException("a colon in an address");
        }
        words.clear();
      }
      advance();
    }
    advance();
    return addrSpec(words);
  }

  private static String addrSpec(List<Token> words) throws SyntaxException {
    int separator = -1;
    for (int i = 0; i < words.size(); i++) {
      Token word = words.get(i);
      if (word.is(',')) {
        throw new SyntaxException("a comma in an address");
      }
      if (word.is('@')) {
        if (separator >= 0) {
          throw new SyntaxException("an address with two @");
        }
        separator = i;
      }
    }
    if (separator < 0) {
      throw new SyntaxException("an address without a domain");
    }
    dotted(words.subList(0, separator)); // the local part must be one, and is not needed
    return dotted(words.subList(separator + 1, words.size()));
  }

  /**
   * Joins words separated by dots, as local parts and domains are made (§4.4 allows CFWS between).
   */
  private static String dotted(List<Token> words) throws SyntaxException {
    StringBuilder joined = new StringBuilder();
    boolean wordExpected = true;
    for (Token word : words) {
      if ((word.kind == Kind.WORD) != wordExpected) {
        throw new SyntaxException("words of an address not separated by single dots");
      }
      joined.append(word.text);
      wordExpected = !wordExpected;
    }
    if (wordExpected) {
      throw new SyntaxException("an address that lacks a part");
    }
    return joined.toString();
  }

  private void advance() throws SyntaxException {
    token = next();
  }

  private Token next() throws SyntaxException {
    skipCommentsAndWhiteSpace();
    if (at == text.length()) {
      return new Token(Kind.END, "");
    }
    char c = text.charAt(at);
    return switch (c) {
      case ',', ';', ':', '<', '>', '@', '.' -> special(c);
      case '"' -> new Token(Kind.WORD, enclosed('"', '"'));
      case '[' -> new Token(Kind.WORD, "[" + enclosed('[', ']') + "]");
      case ')', ']', '\\' -> throw new SyntaxException("an unexpected " + c);
      default -> new Token(Kind.WORD, atom());
    };
  }

  private Token special(char c) {
    at++;
    return new Token(Kind.SPECIAL, String.valueOf(c));
  }

  private String atom() {
    int start = at;
    while (at < text.length() && " \t\r\n()<>[]:;@\\,.\"".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(start, at);
  }

  private String enclosed(char open, char close) throws SyntaxException {
    StringBuilder content = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == close) {
        at++;
        return content.toString();
      }
      if (c == '\\' && at + 1 < text.length()) { // RFC 5322 §3.2.1 quoted-pair
        at++;
        c = text.charAt(at);
      } else if (c == '\r' || c == '\n') { // RFC 5322 §3.2.4: a fold is not part of the content
        continue;
      }
      content.append(c);
    }
    throw new SyntaxException("a " + open + " without its end");
  }

  private void skipCommentsAndWhiteSpace() throws SyntaxException {
    int depth = 0; // RFC 5322 §3.2.2: comments nest
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '(') {
        depth++;
      } else if (depth > 0 && c == ')') {
        depth--;
      } else if (depth > 0 && c == '\\') {
        at++;
      } else if (depth == 0 && " \t\r\n".indexOf(c) < 0) {
        return;
      }
    }
    if (depth > 0 || at > text.length()) {
      throw new SyntaxException("a comment without its end");
    }
  }
}
