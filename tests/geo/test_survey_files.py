"""Files of measured signals: what telephones' programs write, and what nobody should send."""

from datetime import date

import pytest

from core.errors import Invalid
from geo.wifi.surveys import formats

WIGLE = (
    "WigleWifi-1.6,appRelease=2.86,model=Pixel 7,release=14,device=panther,display=UP1A,board=panther\n"
    "MAC,SSID,AuthMode,FirstSeen,Channel,Frequency,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,"
    "AccuracyMeters,RCOIs,MfgrId,Type\n"
    '02:00:00:00:00:01,"Commune, libre",[ESS],2026-03-01 10:00:01,6,2437,-61,30.4701,-8.8775,230,4,,,WIFI\n'
    "02:00:00:00:00:02,Dar Fatima,[WPA2-PSK],2026-03-01 10:00:02,36,5180,-70,30.4702,-8.8774,230,4,,,WIFI\n"
    "02:00:00:00:00:03,,[LE],2026-03-01 10:00:03,0,,-80,30.4702,-8.8774,230,4,,,BLE\n"
    "02:00:00:00:00:04,Far,[ESS],2026-03-01 10:00:04,6,2437,-70,0.0,0.0,0,4,,,WIFI\n"
    "02:00:00:00:00:05,Vague,[ESS],2026-03-01 10:00:05,6,2437,-70,30.47,-8.87,230,75,,,WIFI\n"
    "02:00:00:00:00:06,Six,[ESS],2026-03-01 10:00:05,1,5955,-70,30.47,-8.87,230,5,,,WIFI\n"
)


def test_wigle_of_both_headers_is_read_and_what_is_no_wifi_is_counted() -> None:
    found = formats.read(WIGLE.encode())
    older = (
        WIGLE.replace("1.6,", "1.4,", 1)
        .replace("Channel,Frequency,", "Channel,")
        .replace(",RCOIs,MfgrId", "")
    )
    lines = [line.split(",") for line in older.splitlines()]
    older = "\n".join(
        ",".join(line if number < 2 else [*line[:-9], *line[-8:-3], line[-1]])
        for number, line in enumerate(lines)
    )

    assert [(line.number, line.dbm, line.band, line.name, line.day) for line in found.lines] == [
        (3, -61.0, "2.4", "Commune, libre", date(2026, 3, 1)),
        (4, -70.0, "5", "Dar Fatima", date(2026, 3, 1)),
    ]
    assert found.left == {"other_kind": 1, "unplaced": 1, "inexact": 1, "other_band": 1}
    assert found.names and not found.bad
    first = formats.read(older.encode()).lines[0]
    assert (first.lat, first.lon, first.dbm, first.band) == (30.4701, -8.8775, -61.0, "2.4")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("lat,lon,dbm\n30.47,-8.88,-60\n", "utf-8"),
        ("Latitude;Longitude;Signal\n30,47;-8,88;-60 dBm\n", "utf-8-sig"),
        ("Timestamp\tLongitude\tLatitude\tLevel\n2026.03.01_10.00.00\t-8.88\t30.47\t−60\n", "utf-8"),
        ("lat|lon|dbm|ssid\n30.47|-8.88|-60|Café\n", "cp1252"),
        ("lat,lon,dbm,ssid\r\n30.47,-8.88,-60,واي فاي\r\n", "utf-16"),
        ("30.47,-8.88,-60\n", "utf-8"),
        ("30,47;-8,88;-60;Commune;2,4\n", "utf-8"),
        ('"lat","lon","RSSI (dBm)"\n"30,47","-8,88","-60"\n', "utf-8"),
    ],
)
def test_separators_commas_marks_and_encodings(text: str, encoding: str) -> None:
    (line,) = formats.read(text.encode(encoding)).lines

    assert (line.lat, line.lon, line.dbm) == (30.47, -8.88, -60.0)


@pytest.mark.parametrize(
    ("heading", "cell", "band"),
    [
        ("band", "5 GHz", "5"),
        ("band", "2,4", "2.4"),
        ("frequency", "5500", "5"),
        ("frequency", "2.412", "2.4"),
        ("channel", "13", "2.4"),
        ("channel", "100", "5"),
        ("ssid", "x", None),
    ],
)
def test_the_band_is_told_by_its_name_frequency_or_channel(heading: str, cell: str, band: str | None) -> None:
    text = f"lat;lon;dbm;{heading}\n30.47;-8.88;-60;{cell}\n"

    assert formats.read(text.encode()).lines[0].band == band


def test_a_few_bad_lines_are_told_with_their_numbers_and_left_out() -> None:
    good = "30.47,-8.88,-60\n" * 30
    found = formats.read(f"lat,lon,dbm\n{good}99,-8.88,-60\n30.47,-8.88,60\n\n30.47\n".encode())

    assert len(found.lines) == 30
    assert found.bad == [(32, formats.NO_PLACE), (33, formats.NO_STRENGTH), (35, formats.TOO_SHORT)]


HEAD = b"lat,lon,dbm\n"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no columns for: lat, lon, dbm"),
        (b"\xef\xbb\xbf", "no columns for"),
        (b"name,lat\nx,30\n", "no columns for: lon, dbm"),
        (HEAD, "no readings"),
        (HEAD + b"x,y,z\n", "1 of 1 lines cannot be read, the first is line 2"),
        (HEAD + b"NaN,-8.88,-60\n", "latitude"),
        (HEAD + b"30.47,-8.88,inf\n", "signal strength"),
        (HEAD + b"30.47,-8.88,1e309\n", "signal strength"),
        (HEAD + b"-8.88,30.47,-60\n" + b"130.47,-8.88,-60\n" * 9, "9 of 10"),
        (HEAD + b'"30.47,-8.88,-60\n' * 3, "columns are missing"),
        (b"PK\x03\x04\x00\x00", "no file of readings"),
        (b"\xff\xfe\x00", "no file of readings"),
        (b"lat,lon,dbm,band\n30.47,-8.88,-60,7\n", "no band"),
        (HEAD + b"30.47,-8.88,-60\n" * (formats.MOST_LINES + 1), "too many lines"),
        (b"0" * (formats.LARGEST_BYTES + 1), "too large"),
        (b"lat,lon,dbm" + b"," * 400_000 + b"\n", "no readings"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        formats.read(data)
