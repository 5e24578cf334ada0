from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor', models.CharField(max_length=120)),
                ('via', models.CharField(max_length=16)),
                ('team_id', models.BigIntegerField(null=True)),
                ('verb', models.CharField(max_length=40)),
                ('object', models.CharField(blank=True, max_length=80)),
                ('detail', models.JSONField(default=dict)),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['-seq'],
                'indexes': [models.Index(fields=['object'], name='audit_entry_object_12b3f8_idx'), models.Index(fields=['verb'], name='audit_entry_verb_3ff766_idx'), models.Index(fields=['at'], name='audit_entry_at_06beca_idx')],
            },
        ),
    ]
