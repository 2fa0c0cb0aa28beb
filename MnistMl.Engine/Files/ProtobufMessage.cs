using System.Text;

namespace MnistMl.Files;

/// <summary>
/// A protobuf message that somebody gave us, read where it lies: as objects, it could be made to take a hundred times
/// its size. Whatever is wrong with it becomes an <see cref="InvalidDataException"/>.
/// </summary>
readonly struct ProtobufMessage(ReadOnlyMemory<byte> bytes)
{
    const int Number = 0, Length = 2;

    public ReadOnlySpan<byte> Bytes => bytes.Span;

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The numbers that a field of the message has.</summary>
    public IEnumerable<long> Numbers(int field) =>
        Fields().Where(found => found.Field == field && found.Type == Number).Select(found => found.Number);

    /// <summary>The messages, texts or lists that a field of the message has.</summary>
    public IEnumerable<ProtobufMessage> Messages(int field) =>
        Fields().Where(found => found.Field == field && found.Type == Length).Select(found => found.Message);

    /// <summary>The one message that a field has.</summary>
    public ProtobufMessage Single(int field) => Messages(field).Take(2).ToArray() is [var message]
        ? message
        : throw new InvalidDataException($"does not have field {field} of a message just once");

    /// <summary>The numbers of a list.</summary>
    public IEnumerable<long> List()
    {
        for (var at = 0; at < bytes.Length;)
            yield return ReadNumber(ref at);
    }

    IEnumerable<(long Field, long Type, long Number, ProtobufMessage Message)> Fields()
    {
        for (var at = 0; at < bytes.Length;)
        {
            var tag = ReadNumber(ref at);
            var (field, type, number) = (tag >>> 3, tag & 7, ReadNumber(ref at));
            if (type is not (Number or Length))
                throw new InvalidDataException($"has a field of type {type}");
            var length = type == Length ? number : 0;
            if (length < 0 || length > bytes.Length - at)
                throw new InvalidDataException("ends within a field");
            yield return (field, type, number, new(bytes.Slice(at, (int)length)));
            at += (int)length;
        }
    }

    /// <summary>Seven bits a byte, the lowest first.</summary>
    long ReadNumber(ref int at)
    {
        var number = 0L;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes.Span[at++];
            number |= (long)(part & 0x7F) << shift;
            if (part < 0x80)
                return number;
        }
        throw new InvalidDataException("ends within a number");
    }
}
