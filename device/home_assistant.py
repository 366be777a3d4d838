"""What Home Assistant is told of the switch over MQTT: one message for each entity of one device.

Every version of Home Assistant takes single entities. The keys are abbreviated as it documents
them, and "~" stands for what the topics have in common.
"""

from micropython import const

# The main entity, which has the device's name.
_SWITCH = const(
    '{"~":"wifi-switch/%s","uniq_id":"%s","name":null,"cmd_t":"~/set","stat_t":"~/state",'
    '"avty_t":"~/status","dev":{"ids":"%s","name":"%s","sw":"%s","cu":"http://%s/"}}'
)
_SENSOR = const(
    '{"~":"wifi-switch/%s","uniq_id":"%s-%s","name":"%s","stat_t":"~/info","avty_t":"~/status",'
    '"val_tpl":"{{value_json.%s}}","dev_cla":"%s","unit_of_meas":"%s","ent_cat":"diagnostic",'
    '"dev":{"ids":"%s"}}'
)


def entity(number, id, fields):
    """(topic, JSON) of an entity: 2 is the switch, 4 its signal, 8 its uptime. `id` is the
    board's, `fields` are those of GET /status.
    """
    if number == 2:
        about = fields["hostname"], fields["version"], fields["ip"]
        return "homeassistant/switch/%s/config" % id, _SWITCH % ((id, id, id) + about)
    about = "uptime", "Uptime", "uptime_s", "duration", "s"
    if number == 4:
        about = "signal", "Signal", "rssi", "signal_strength", "dBm"
    topic = "homeassistant/sensor/%s-%s/config" % (id, about[0])
    return topic, _SENSOR % ((id, id) + about + (id,))
