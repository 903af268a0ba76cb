package dev.secant.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** JSON that is small and can stand inside a script element of a page. */
final class Json {
  private static final MathContext DIGITS = new MathContext(5, RoundingMode.HALF_EVEN);

  private Json() {}

  /** Numbers with five digits that count; NaN and infinite ones are null. */
  static String of(Object value) {
    SimpleModule numbers = new SimpleModule();
    numbers.addSerializer(Double.class, new OfDouble());
    numbers.addSerializer(Double.TYPE, new OfDouble());
    numbers.addSerializer(double[].class, new OfDoubles());
    ObjectMapper mapper = new ObjectMapper().registerModule(numbers);
    mapper.getFactory().setCharacterEscapes(new InsideScript());
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The shortest way to write a number. */
  static String brief(double value) {
    if (!Double.isFinite(value)) {
      return "null";
    }
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    String plain = rounded.toPlainString();
    String exponent = rounded.unscaledValue() + "e" + -rounded.scale();
    return rounded.signum() == 0 ? "0" : plain.length() <= exponent.length() ? plain : exponent;
  }

  private static final class OfDouble extends StdSerializer<Double> {
    private static final long serialVersionUID = 1;

    OfDouble() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider all)
        throws IOException {
      json.writeNumber(brief(value));
    }
  }

  private static final class OfDoubles extends StdSerializer<double[]> {
    private static final long serialVersionUID = 1;

    OfDoubles() {
      super(double[].class);
    }

    @Override
    public void serialize(double[] values, JsonGenerator json, SerializerProvider all)
        throws IOException {
      json.writeStartArray();
      for (double value : values) {
        json.writeNumber(brief(value));
      }
      json.writeEndArray();
    }
  }

  /** Without {@code <}, nothing in a text can end the element or begin a comment. */
  private static final class InsideScript extends CharacterEscapes {
    private static final long serialVersionUID = 1;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      codes['<'] = ESCAPE_CUSTOM;
      return codes;
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return new SerializedString("\\u%04x".formatted(character));
    }
  }
}
