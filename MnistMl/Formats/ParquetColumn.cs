using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace MnistMl.Formats;

/// <summary>Values of a column of a Parquet file, of a group of rows.</summary>
abstract class ParquetColumn
{
    /// <summary>Writes the value of a row, nothing where it is missing.</summary>
    public abstract void Append(StringBuilder text, int row);

    /// <summary>The value of a row as text; empty where it is missing.</summary>
    public string Text(int row)
    {
        var text = new StringBuilder();
        Append(text, row);
        return text.ToString();
    }

    /// <summary>Reads the values.</summary>
    /// <param name="rows">The group of rows.</param>
    /// <param name="field">The column.</param>
    /// <returns>Null if it has neither numbers nor texts.</returns>
    public static async Task<ParquetColumn?> Read(ParquetRowGroupReader rows, DataField field)
    {
        if (field.MaxRepetitionLevel > 0)
            return null;
        var type = field.ClrType;
        if (type == typeof(ReadOnlyMemory<char>) || type == typeof(string))
        {
            var texts = new string?[checked((int)rows.RowCount)];
            await rows.ReadAsync(field, texts.AsMemory()).ConfigureAwait(false);
            return new Texts(texts);
        }
        return type == typeof(byte) ? await Numbers<byte>().ConfigureAwait(false)
            : type == typeof(sbyte) ? await Numbers<sbyte>().ConfigureAwait(false)
            : type == typeof(short) ? await Numbers<short>().ConfigureAwait(false)
            : type == typeof(ushort) ? await Numbers<ushort>().ConfigureAwait(false)
            : type == typeof(int) ? await Numbers<int>().ConfigureAwait(false)
            : type == typeof(uint) ? await Numbers<uint>().ConfigureAwait(false)
            : type == typeof(long) ? await Numbers<long>().ConfigureAwait(false)
            : type == typeof(ulong) ? await Numbers<ulong>().ConfigureAwait(false)
            : type == typeof(float) ? await Numbers<float>().ConfigureAwait(false)
            : type == typeof(double) ? await Numbers<double>().ConfigureAwait(false)
            : type == typeof(bool) ? new Texts(Array.ConvertAll(await Values<bool>().ConfigureAwait(false), value => value is { } is1 ? is1 ? "1" : "0" : null))
            : null;

        async Task<ParquetColumn> Numbers<T>() where T : struct, ISpanFormattable, IConvertible
        {
            var values = await Values<T>().ConfigureAwait(false);
            // Most are pixels, of which there are many columns.
            return Array.TrueForAll(values, value => value is { } number && number.ToDouble(null) is >= 0 and <= byte.MaxValue and var real && double.IsInteger(real))
                ? new Pixels(Array.ConvertAll(values, value => (byte)value!.Value.ToDouble(null)))
                : new Numbers<T>(values);
        }

        async Task<T?[]> Values<T>() where T : struct
        {
            var values = new T?[checked((int)rows.RowCount)];
            if (field.MaxDefinitionLevel > 0)
            {
                await rows.ReadAsync(field, values.AsMemory()).ConfigureAwait(false);
                return values;
            }
            var all = new T[values.Length];
            await rows.ReadAsync(field, all.AsMemory()).ConfigureAwait(false);
            return Array.ConvertAll(all, value => (T?)value);
        }
    }

    sealed class Pixels(byte[] values) : ParquetColumn
    {
        public override void Append(StringBuilder text, int row) => text.Append(values[row]);
    }

    sealed class Numbers<T>(T?[] values) : ParquetColumn
        where T : struct, ISpanFormattable
    {
        public override void Append(StringBuilder text, int row) => text.Append(CultureInfo.InvariantCulture, $"{values[row]}");
    }

    sealed class Texts(string?[] values) : ParquetColumn
    {
        public override void Append(StringBuilder text, int row) => text.Append(values[row]);
    }
}
