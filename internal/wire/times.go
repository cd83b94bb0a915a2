package wire

import (
	"fmt"
	"time"
)

// Beijing is the zone that both vendors' pages write their times in. It has no daylight
// saving time, so a fixed offset is the zone.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

// WeChatPayTime re-spells an RFC 3339 time with any offset as WeChat Pay documents it:
// Beijing time with the offset +08:00, with milliseconds only where the manifest has a fraction.
func WeChatPayTime(manifest string) (string, error) {
	at, err := ParseTime(manifest)
	if err != nil {
		return "", err
	}
	layout := "2006-01-02T15:04:05-07:00"
	if at.Nanosecond() != 0 {
		layout = "2006-01-02T15:04:05.000-07:00"
	}
	return at.In(Beijing).Format(layout), nil
}

// AlipayTime re-spells an RFC 3339 time with any offset as Alipay documents it: Beijing time, without an offset and to the
// second. A fraction of a second is an error: Alipay cannot be told.
func AlipayTime(manifest string) (string, error) {
	at, err := ParseTime(manifest)
	if err != nil {
		return "", err
	}
	if at.Nanosecond() != 0 {
		return "", fmt.Errorf("%q has a fraction of a second; write whole seconds, such as 2027-01-20T00:00:00+08:00", manifest)
	}
	return at.In(Beijing).Format("2006-01-02 15:04:05"), nil
}

// FormatTime writes a time as manifests do, in Beijing time: 2027-01-20T00:00:00+08:00.
func FormatTime(at time.Time) string { return at.In(Beijing).Format(time.RFC3339) }

// ParseTime reads a manifest's RFC 3339 time.
func ParseTime(manifest string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, manifest)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not an RFC 3339 time with an offset, such as 2027-01-20T00:00:00+08:00", manifest)
	}
	return at, nil
}
