package io.authserver.smtp.author;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the mailboxes out of an address list (RFC 5322 §3.4 and the obsolete forms of §4.4; groups
 * as RFC 6854 allows them in From; UTF-8 as RFC 6532 does).
 *
 * <p>Comments, folds, display names, encoded words and routes are passed over. A display name may
 * hold an unquoted {@code .} or {@code @}, which real mail does, provided that an address in angle
 * brackets follows. An encoded word is a word like another: nothing is decoded into an address (RFC
 * 2047 §5). The work is linear in the length of the field.
 */
final class AddressListParser {
  private enum Kind {
    /** An atom. */
    ATOM,
    /** The text of a quoted string. */
    QUOTED,
    /** A domain literal with its brackets. */
    LITERAL,
    /** One of {@code , ; : < > @ .}. */
    SPECIAL,
    END
  }

  private record Token(Kind kind, String text) {
    boolean is(char special) {
      return kind == Kind.SPECIAL && text.charAt(0) == special;
    }

    boolean isWord() {
      return kind == Kind.ATOM || kind == Kind.QUOTED || kind == Kind.LITERAL;
    }
  }

  /** The field is not an address list. */
  static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * A mailbox.
   *
   * @param localPart without quotes
   * @param isDotAtom whether the local part is a dot-atom of ASCII, the form that fits anywhere
   * @param domain as it is written
   */
  record Address(String localPart, boolean isDotAtom, String domain) {}

  private final String text;
  private final boolean utf8;
  private int at;
  private Token token;

  private AddressListParser(String text, boolean utf8) throws SyntaxException {
    this.text = text;
    this.utf8 = utf8;
    this.token = next();
  }

  /**
   * Returns the mailboxes of an address list, those inside groups included, in their order.
   *
   * @param value a field's bytes after the colon, folds included
   * @throws SyntaxException when the bytes are not an address list
   */
  static List<Address> parse(byte[] value) throws SyntaxException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      // Raw Latin-1 in a display name is common. In a domain it is refused: which letters the
      // bytes stand for would be a guess.
      return new AddressListParser(new String(value, StandardCharsets.ISO_8859_1), false)
          .addressList();
    }
    return new AddressListParser(text, true).addressList();
  }

  private List<Address> addressList() throws SyntaxException {
    List<Address> addresses = new ArrayList<>();
    boolean inGroup = false;
    while (token.kind != Kind.END) {
      if (token.is(',')) { // RFC 5322 §4.4: elements of a list may be empty
        advance();
      } else if (inGroup && token.is(';')) {
        inGroup = false;
        advance();
        requireEndOfElement(false);
      } else {
        Address address = addressOrGroupName(inGroup);
        if (address == null) {
          inGroup = true;
        } else {
          addresses.add(address);
          requireEndOfElement(inGroup);
        }
      }
    }
    if (inGroup) {
      throw new SyntaxException("a group without its end");
    }
    return addresses;
  }

  private void requireEndOfElement(boolean inGroup) throws SyntaxException {
    if (!token.is(',') && !(inGroup && token.is(';')) && token.kind != Kind.END) {
      throw new SyntaxException("unexpected text after an address or group");
    }
  }

  /** Reads a mailbox, or a group's name with its colon, for which it returns null. */
  private @Nullable Address addressOrGroupName(boolean inGroup) throws SyntaxException {
    List<Token> words = new ArrayList<>();
    while (token.isWord() || token.is('.') || token.is('@')) {
      words.add(token);
      advance();
    }
    if (token.is('<')) {
      advance();
      return angleAddress();
    }
    boolean named = !words.isEmpty() && words.stream().noneMatch(word -> word.is('@'));
    if (token.is(':') && !inGroup && named) {
      advance();
      return null;
    }
    return addrSpec(words);
  }

  private Address angleAddress() throws SyntaxException {
    if (token.is('@') || token.is(',')) {
      passRoute();
    }
    List<Token> words = new ArrayList<>();
    while (!token.is('>')) {
      if (!token.isWord() && !token.is('.') && !token.is('@')) {
        throw new SyntaxException("an angle bracket without its end");
      }
      words.add(token);
      advance();
    }
    advance();
    return addrSpec(words);
  }

  /** RFC 5322 §4.4 obs-route: {@code @a,@b:} before the address, elements may be empty. */
  private void passRoute() throws SyntaxException {
    boolean any = false;
    while (!token.is(':')) {
      if (token.is(',')) {
        advance();
        continue;
      }
      if (!token.is('@')) {
        throw new SyntaxException("a route without its colon");
      }
      advance();
      List<Token> words = new ArrayList<>();
      while (token.isWord() || token.is('.')) {
        words.add(token);
        advance();
      }
      domain(words);
      any = true;
    }
    if (!any) {
      throw new SyntaxException("a route without a domain");
    }
    advance();
  }

  private Address addrSpec(List<Token> words) throws SyntaxException {
    int separator = -1;
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).is('@')) {
        if (separator >= 0) {
          throw new SyntaxException("an address with two @");
        }
        separator = i;
      }
    }
    if (separator < 0) {
      throw new SyntaxException("an address without a domain");
    }
    List<Token> local = words.subList(0, separator);
    if (local.stream().anyMatch(word -> word.kind == Kind.LITERAL)) {
      throw new SyntaxException("brackets in a local part");
    }
    String localPart = dotted(local);
    boolean dotAtom =
        local.stream().noneMatch(word -> word.kind == Kind.QUOTED)
            && localPart.chars().allMatch(c -> c < 0x80);
    return new Address(localPart, dotAtom, domain(words.subList(separator + 1, words.size())));
  }

  /** RFC 5322 §3.4.1: a domain has no quoted string in it, and a literal is all of it. */
  private String domain(List<Token> words) throws SyntaxException {
    for (Token word : words) {
      if (word.kind == Kind.QUOTED || (word.kind == Kind.LITERAL && words.size() > 1)) {
        throw new SyntaxException("quotes or brackets in a domain");
      }
    }
    String domain = dotted(words);
    if (!utf8 && domain.chars().anyMatch(c -> c >= 0x80)) {
      throw new SyntaxException("a domain in no known charset");
    }
    return domain;
  }

  /**
   * Joins words separated by dots, as local parts and domains are made (§4.4 allows CFWS between).
   */
  private static String dotted(List<Token> words) throws SyntaxException {
    StringBuilder joined = new StringBuilder();
    boolean wordExpected = true;
    for (Token word : words) {
      if (word.isWord() != wordExpected) {
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
      case '"' -> new Token(Kind.QUOTED, enclosed('"', '"'));
      case '[' -> new Token(Kind.LITERAL, "[" + enclosed('[', ']') + "]");
      case ')', ']', '\\' -> throw new SyntaxException("an unexpected " + c);
      default -> new Token(Kind.ATOM, atom());
    };
  }

  private Token special(char c) {
    at++;
    return new Token(Kind.SPECIAL, String.valueOf(c));
  }

  private String atom() throws SyntaxException {
    int start = at;
    while (at < text.length() && " \t\r\n()<>[]:;@\\,.\"".indexOf(text.charAt(at)) < 0) {
      if (Character.isISOControl(text.charAt(at))) { // RFC 5322 §3.2.3 atext, RFC 6532 §3.2
        throw new SyntaxException("a control character in an atom");
      }
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
      } else if (c == '\0') { // RFC 5322 §4.1: obsolete forms have it after a backslash only
        throw new SyntaxException("a NUL in quotes or brackets");
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
